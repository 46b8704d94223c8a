// Costs, policies, clouds and the ledger, read only.
import { useQuery } from "@tanstack/react-query";
import { api, got, type Shapes } from "./client";

export type By = Shapes["Costs"]["by"];

export function useCosts(by: By, month: string) {
  return useQuery({
    queryKey: ["costs", by, month],
    queryFn: () => got(api.GET("/api/v1/costs", { params: { query: { by, month } } })),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  });
}

export function useSavings() {
  return useQuery({ queryKey: ["savings"], queryFn: () => got(api.GET("/api/v1/savings")) });
}

export function usePolicies() {
  return useQuery({ queryKey: ["policies"], queryFn: () => got(api.GET("/api/v1/policies")), staleTime: 60_000 });
}

export function useDenials(code: string, cursor: string) {
  return useQuery({
    queryKey: ["denials", code, cursor],
    queryFn: () => got(api.GET("/api/v1/policies/denials", { params: { query: { code, cursor, limit: 20 } } })),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });
}

export function useShadow() {
  return useQuery({
    queryKey: ["shadow"],
    queryFn: () => got(api.GET("/api/v1/policies/shadow", { params: { query: { limit: 20 } } })),
  });
}

export function useClouds() {
  return useQuery({
    queryKey: ["clouds"],
    queryFn: () => got(api.GET("/api/v1/clouds")),
    refetchInterval: 10_000,
  });
}

export function useTools() {
  return useQuery({ queryKey: ["tools"], queryFn: () => got(api.GET("/api/v1/tools")), staleTime: 300_000 });
}

/** Whether the whole ledger proves itself, asked again and again. */
export function useProof() {
  return useQuery({
    queryKey: ["ledger", "proof"],
    queryFn: () => got(api.GET("/api/v1/ledger/verification")),
    refetchInterval: 60_000,
  });
}
