// The few drawings, each of one line's width. They are beside words and say nothing themselves.
const PATHS = {
  runs: "M4 6h10M4 12h16M4 18h7",
  approvals: "M4 12.5 9.5 18 20 6.5",
  costs:
    "M12 3v18M16.5 7.5c-1-1.3-2.6-2-4.5-2-2.6 0-4.5 1.2-4.5 3.2 0 4.3 9.5 2.2 9.5 6.6 0 2-2.1 3.2-4.9 3.2-2.2 0-4-.8-5-2.3",
  policies: "M12 3 5 6v5.5c0 4.5 3 7.8 7 9.5 4-1.7 7-5 7-9.5V6z",
  clouds: "M7 18h10a4 4 0 0 0 .5-7.97A5.5 5.5 0 0 0 7 9.5 4.3 4.3 0 0 0 7 18z",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  leave: "M14 4h5v16h-5M4 12h10m0 0-4-4m4 4-4 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
