// What a query came to: on its way, wrong, or there. What is there stays while it is read again.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./failure";
import { Loading } from "./loading";

interface Props<T> {
  query: UseQueryResult<T>;
  children: (value: T) => ReactNode;
}

export function Told<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Failure error={query.error} retry={query.refetch} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />;
  return <Loading />;
}
