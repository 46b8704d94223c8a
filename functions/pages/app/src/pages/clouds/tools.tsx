// The tools: what each does, how risky it is, who may call it.
import type { Shapes } from "../../api/client";
import { useTools } from "../../api/house";
import { Badge, type Tone } from "../../parts/badge";
import { Card } from "../../parts/card";
import { Told } from "../../parts/told";

type Tool = Shapes["ToolContract"];
const TONES: Record<Tool["risk"], Tone> = { read: "good", write: "warn", destructive: "bad" };

export function Tools() {
  const tools = useTools();
  return (
    <Card title="Tools" aside={tools.data && `${tools.data.items.length}, on every cloud`} flush>
      <Told query={tools}>
        {(found) => (
          <ul className="rules">
            {found.items.map((tool) => (
              <li key={tool.name}>
                <div>
                  <h3 className="mono">{tool.name}</h3>
                  <span className="soft small">{tool.roles.join(", ") || "nobody"} may call it</span>
                </div>
                <p className="soft small">
                  {tool.summary} {tool.undoable && "Can be undone."}
                </p>
                <Badge tone={TONES[tool.risk]}>{tool.risk}</Badge>
              </li>
            ))}
          </ul>
        )}
      </Told>
    </Card>
  );
}
