// One of a few, beside a heading.
interface Props<T extends string> {
  name: string;
  options: readonly (readonly [T, string])[];
  value: T;
  choose: (value: T) => void;
}

export function Choice<T extends string>({ name, options, value, choose }: Props<T>) {
  return (
    <select className="choice" aria-label={name} value={value} onChange={(event) => choose(event.target.value as T)}>
      {options.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </select>
  );
}
