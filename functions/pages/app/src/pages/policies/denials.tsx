// What was refused lately, and by which rule.
import { useState } from "react";
import { Link } from "wouter";
import type { Shapes } from "../../api/client";
import { useDenials } from "../../api/house";
import { Card } from "../../parts/card";
import { Choice } from "../../parts/choice";
import { Empty } from "../../parts/empty";
import { Pager, usePages } from "../../parts/pager";
import { Time } from "../../parts/time";
import { Told } from "../../parts/told";

export function Denials({ rules }: { rules: readonly Shapes["RuleText"][] }) {
  const [code, setCode] = useState("");
  const pages = usePages(code);
  const denials = useDenials(code, pages.cursor);
  const codes = [["", "Every rule"] as const, ...rules.map((rule) => [rule.code, rule.code] as const)];
  return (
    <Card title="Recent denials" aside={<Choice name="Rule" options={codes} value={code} choose={setCode} />} flush>
      <Told query={denials}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={code ? `${code} refused nothing.` : "Nothing was refused."} />
          ) : (
            <ul className="list">
              {page.items.map((each) => (
                <Denied key={each.seq} denied={each} />
              ))}
            </ul>
          )
        }
      </Told>
      <Pager pages={pages} next={denials.data?.next ?? ""} />
    </Card>
  );
}

function Denied({ denied }: { denied: Shapes["Judged"] }) {
  return (
    <li className="denied">
      <div className="denied-head">
        <span>
          {denied.violations.map((each) => (
            <code key={each.code}>{each.code}</code>
          ))}
        </span>
        <span className="soft small">
          {denied.run && <Link href={`/runs/${denied.run}`}>run</Link>} <Time at={denied.at} />
        </span>
      </div>
      <p>{denied.violations[0]?.message}</p>
      <p className="soft small">
        {[...new Set(denied.tools)].join(", ")}. {denied.violations[0]?.remedy}
      </p>
    </li>
  );
}
