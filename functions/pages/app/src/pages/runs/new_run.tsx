// Words become a run. How they are read can be seen before anything is asked for.
import { type FormEvent, useRef, useState } from "react";
import { useLocation } from "wouter";
import { usePreview, useStart } from "../../api/runs";
import { Failure } from "../../parts/failure";
import { Reading } from "./reading";

type Environment = "development" | "staging" | "production";
const SHOWN = 5;
const EXAMPLE = "Train a vision model on one A100 for 6 hours, EU data only, under $100";

/** Whose budget it is, and where it runs. */
function account(form: HTMLFormElement): { project: string; environment: Environment } {
  const said = new FormData(form);
  return { project: String(said.get("project") || "default"), environment: said.get("environment") as Environment };
}

export function NewRun() {
  const [, go] = useLocation();
  const start = useStart();
  const preview = usePreview();
  // One wish has one key: pressing twice, or again after a break, starts one run.
  const key = useRef(crypto.randomUUID());
  const [text, setText] = useState("");
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    start.mutate(
      { key: key.current, text, until: "running", ...account(event.currentTarget) },
      { onSuccess: (run) => go(`/runs/${run.id}`) },
    );
  };
  const write = (words: string) => {
    key.current = crypto.randomUUID();
    preview.reset();
    start.reset();
    setText(words);
  };
  return (
    <div className="card ask">
      <form className="body" onSubmit={send}>
        <div className="field">
          <label htmlFor="text">What do you need?</label>
          <textarea
            id="text"
            value={text}
            onChange={(event) => write(event.target.value)}
            placeholder={EXAMPLE}
            maxLength={8000}
            required
          />
        </div>
        <div className="ask-row">
          <div className="field">
            <label htmlFor="project">Project</label>
            <input
              id="project"
              name="project"
              defaultValue="default"
              pattern="[a-z0-9][a-z0-9._@\-]{0,62}"
              autoComplete="off"
            />
          </div>
          <div className="field">
            <label htmlFor="environment">Environment</label>
            <select id="environment" name="environment" defaultValue="development">
              <option>development</option>
              <option>staging</option>
              <option>production</option>
            </select>
          </div>
          <div className="buttons">
            <button
              type="button"
              className="button"
              disabled={text.trim() === "" || preview.isPending}
              onClick={({ currentTarget: { form } }) =>
                form && preview.mutate({ text, ...account(form), limit: SHOWN })
              }
            >
              How is it read?
            </button>
            <button type="submit" className="button first" disabled={start.isPending || text.trim() === ""}>
              {start.isPending ? "Starting…" : "Start"}
            </button>
          </div>
        </div>
        {start.isError && <Failure error={start.error} />}
        {preview.isError && <Failure error={preview.error} />}
        {preview.data && <Reading preview={preview.data} />}
      </form>
    </div>
  );
}
