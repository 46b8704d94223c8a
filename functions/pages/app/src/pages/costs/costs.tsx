// What a month costs by tenant or project, how fast the budgets burn, and what was saved.
import { useState } from "react";
import { type By, useCosts } from "../../api/house";
import { Card } from "../../parts/card";
import { Choice } from "../../parts/choice";
import { Page } from "../../parts/page";
import { Told } from "../../parts/told";
import { Alerts } from "./alerts";
import { Burn } from "./burn";
import { months } from "./months";
import { Savings } from "./savings";
import { Sums } from "./sums";

const BY = [
  ["project", "By project"],
  ["tenant", "By tenant"],
  ["run", "By run"],
] as const;

export function Costs() {
  const [by, setBy] = useState<By>("project");
  const [month, setMonth] = useState("");
  const costs = useCosts(by, month);
  const choices = (
    <span className="buttons">
      <Choice name="One line for each" options={BY} value={by} choose={setBy} />
      <Choice name="Month" options={months(new Date())} value={month} choose={setMonth} />
    </span>
  );
  return (
    <Page
      title="Costs"
      about="Held for what is under way, settled for what is done, against the limits that policy sets."
    >
      <Told query={costs}>{(found) => <Sums costs={found} />}</Told>
      <Card title="Budgets" aside={choices} flush>
        <Told query={costs}>{(found) => <Burn costs={found} />}</Told>
      </Card>
      {costs.data && <Alerts alerts={costs.data.alerts} />}
      <Savings />
    </Page>
  );
}
