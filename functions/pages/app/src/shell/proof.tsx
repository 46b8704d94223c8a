// Whether the ledger proves itself: a quiet line where it does, an alarm over every page where it does not.
import { useProof } from "../api/house";

export function Proof() {
  const proof = useProof();
  if (proof.isError) return <>Ledger: not checked</>;
  if (!proof.data) return <>Ledger: checking…</>;
  if (proof.data.finding) return <strong>Ledger: tampered with</strong>;
  return <span className="figure">Ledger intact, {proof.data.entries.toLocaleString("en-US")} entries</span>;
}

export function Alarm() {
  const finding = useProof().data?.finding;
  if (!finding) return null;
  return (
    <div className="alarm" role="alert">
      <p>
        <strong>The ledger was tampered with.</strong> Entry {finding.seq}: {finding.reason}. Trust nothing after it;
        compare with the last export (<code>tollgate ledger verify FILE</code>).
      </p>
    </div>
  );
}
