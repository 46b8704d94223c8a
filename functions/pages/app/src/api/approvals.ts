// What people are asked, and their answers.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, got, gotTagged, type Shapes } from "./client";

export function useApprovals(state: "open" | "all", cursor = "") {
  return useQuery({
    queryKey: ["approvals", "list", state, cursor],
    queryFn: () => got(api.GET("/api/v1/approvals", { params: { query: { state, cursor, limit: 50 } } })),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  });
}

/** One request, with the tag that a decision on it must carry. */
export function useApproval(approval: string) {
  return useQuery({
    queryKey: ["approvals", "one", approval],
    queryFn: () => gotTagged(api.GET("/api/v1/approvals/{approval}", { params: { path: { approval } } })),
    refetchInterval: 5_000,
  });
}

/** A yes or no to exactly what was shown: the subject's digest and the tag of the answer that was read go along. */
export function useDecide(approval: string) {
  const known = useQueryClient();
  return useMutation({
    mutationFn: ({ tag, ...body }: Shapes["Decide"] & { tag: string }) =>
      got(
        api.POST("/api/v1/approvals/{approval}/decision", {
          params: { path: { approval }, header: { "If-Match": tag } },
          body,
        }),
      ),
    onSettled: () => known.invalidateQueries(),
  });
}
