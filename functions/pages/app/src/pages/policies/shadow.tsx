// Where policies that are only watched would have decided otherwise than those in force.
import type { Shapes } from "../../api/client";
import { useShadow } from "../../api/house";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Scroll } from "../../parts/scroll";
import { Time } from "../../parts/time";
import { Told } from "../../parts/told";
import { VerdictBadge } from "../../parts/verdict_badge";

export function Shadow({ watched }: { watched: boolean }) {
  const shadow = useShadow();
  return (
    <Card title="Shadow differences" flush>
      <Told query={shadow}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={watched ? "The watched policies agree so far." : "No policies are watched."}>
              {!watched && "Name some in TOLLGATE_SHADOW_POLICIES to try them without effect."}
            </Empty>
          ) : (
            <Differences found={page.items} />
          )
        }
      </Told>
    </Card>
  );
}

function Differences({ found }: { found: readonly Shapes["ShadowDifference"][] }) {
  return (
    <Scroll name="Shadow differences">
      <table>
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col">In force</th>
            <th scope="col">Watched</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {found.map((each) => (
            <tr key={each.seq}>
              <th scope="row">{each.tool}</th>
              <td>
                <Judgement of={each.live} />
              </td>
              <td>
                <Judgement of={each.shadow} />
              </td>
              <td className="soft">
                <Time at={each.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Judgement({ of }: { of: Shapes["Judgement"] }) {
  return (
    <>
      <VerdictBadge verdict={of.verdict} /> <span className="soft small">{of.codes.join(", ")}</span>
    </>
  );
}
