// The clouds: whether they answer, what is degraded, and the tools.
import { useClouds } from "../../api/house";
import { Page } from "../../parts/page";
import { Told } from "../../parts/told";
import { CloudCard } from "./cloud_card";
import { Tools } from "./tools";

export function Clouds() {
  const clouds = useClouds();
  return (
    <Page title="Clouds" about="Where work is placed, how each cloud is now, and the tools that act there.">
      <Told query={clouds}>
        {(found) => (
          <div className="thirds">
            {found.items.map((cloud) => (
              <CloudCard key={cloud.name} cloud={cloud} />
            ))}
          </div>
        )}
      </Told>
      <Tools />
    </Page>
  );
}
