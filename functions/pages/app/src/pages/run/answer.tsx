// The one question that a run ended with. The answer begins a new run.
import { type FormEvent, useRef } from "react";
import { useLocation } from "wouter";
import { useAnswer } from "../../api/runs";
import { Card } from "../../parts/card";
import { Failure } from "../../parts/failure";

export function Answer({ run, question }: { run: string; question: string }) {
  const [, go] = useLocation();
  const answer = useAnswer(run);
  const key = useRef(crypto.randomUUID());
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "");
    answer.mutate({ key: key.current, text }, { onSuccess: (next) => go(`/runs/${next.id}`) });
  };
  return (
    <Card title="One question first">
      <form className="token" onSubmit={send}>
        <div className="field">
          <label htmlFor="answer">{question}</label>
          <input id="answer" name="text" maxLength={8000} autoComplete="off" required />
        </div>
        {answer.isError && <Failure error={answer.error} />}
        <div className="buttons">
          <button type="submit" className="button first" disabled={answer.isPending}>
            Answer
          </button>
        </div>
      </form>
    </Card>
  );
}
