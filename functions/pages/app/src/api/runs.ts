// Runs, read and acted upon.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, got, type Shapes } from "./client";

export type State = Shapes["RunSummary"]["state"];
const OVER: readonly State[] = ["succeeded", "denied", "failed"];
const LIVE = 2_500;

/** Whether nothing more happens to it. */
export function over(state: State): boolean {
  return OVER.includes(state);
}

/** The newest runs, read again all the time. */
export function useRuns(state: State | "", cursor: string) {
  return useQuery({
    queryKey: ["runs", "list", state, cursor],
    queryFn: () =>
      got(api.GET("/api/v1/runs", { params: { query: { limit: 25, cursor, ...(state ? { state } : {}) } } })),
    refetchInterval: LIVE,
    placeholderData: (before) => before,
  });
}

export function useRun(run: string) {
  return useQuery({
    queryKey: ["runs", "one", run],
    queryFn: () => got(api.GET("/api/v1/runs/{run}", { params: { path: { run } } })),
  });
}

export function useCandidates(run: string) {
  return useQuery({
    queryKey: ["runs", "candidates", run],
    queryFn: () => got(api.GET("/api/v1/runs/{run}/candidates", { params: { path: { run }, query: { limit: 1000 } } })),
  });
}

/** Asked for by a person only: every decision is derived again. */
export function useReplay(run: string) {
  return useMutation({
    mutationFn: () => got(api.GET("/api/v1/runs/{run}/replay", { params: { path: { run } } })),
  });
}

export function usePreview() {
  return useMutation({ mutationFn: (wanted: Shapes["NewPlan"]) => got(api.POST("/api/v1/plans", { body: wanted })) });
}

/** `key` names the wish: sent twice, it is one run. */
export function useStart() {
  return useRunChange(({ key, ...body }: Shapes["NewRun"] & { key: string }) =>
    got(api.POST("/api/v1/runs", { params: { header: { "Idempotency-Key": key } }, body })),
  );
}

export function useAnswer(run: string) {
  return useRunChange(({ key, text }: { key: string; text: string }) =>
    got(
      api.POST("/api/v1/runs/{run}/answer", {
        params: { path: { run }, header: { "Idempotency-Key": key } },
        body: { text },
      }),
    ),
  );
}

export function useCancel(run: string) {
  return useRunChange((reason: string) =>
    got(api.POST("/api/v1/runs/{run}/cancel", { params: { path: { run } }, body: { reason } })),
  );
}

function useRunChange<In, Out>(mutationFn: (wanted: In) => Promise<Out>) {
  const known = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => known.invalidateQueries({ queryKey: ["runs"] }) });
}
