// The rules in force, what they refused lately, and where watched policies would have decided otherwise.
import { usePolicies } from "../../api/house";
import { Badge } from "../../parts/badge";
import { Page } from "../../parts/page";
import { short } from "../../parts/shown";
import { Told } from "../../parts/told";
import { Denials } from "./denials";
import { Rules } from "./rules";
import { Shadow } from "./shadow";

export function Policies() {
  const policies = usePolicies();
  return (
    <Page title="Policies" about="Every plan and every call passes these rules. One that objects is enough.">
      <Told query={policies}>
        {(found) => (
          <>
            <section className="card" aria-label="In force">
              <dl className="facts body">
                <div>
                  <dt>Revision in force</dt>
                  <dd>
                    <code title={found.revision}>{short(found.revision)}</code>
                  </dd>
                </div>
                <div>
                  <dt>Judged</dt>
                  <dd>
                    {found.engine} {!found.judging && <Badge tone="bad">does not answer</Badge>}
                  </dd>
                </div>
                <div>
                  <dt>Watched beside</dt>
                  <dd>{found.shadow ? "a shadow" : "nothing"}</dd>
                </div>
                <div>
                  <dt>Reasons to object</dt>
                  <dd>{found.rules.length}</dd>
                </div>
              </dl>
            </section>
            <Denials rules={found.rules} />
            <Shadow watched={found.shadow} />
            <Rules rules={found.rules} />
          </>
        )}
      </Told>
    </Page>
  );
}
