// Where it begins.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { dress } from "./shell/theme";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";
import "./style/lists.css";
import "./style/run.css";
import "./style/others.css";

dress();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
