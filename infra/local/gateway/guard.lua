-- A call that carries routing headers may be led by them, and only MCP 2026-07-28 has its server hold them against the
-- body. Of an older revision they would lead to one function and let the body call another.
function envoy_on_request(request)
  local headers = request:headers()
  if headers:get("mcp-protocol-version") == "2026-07-28" then
    return
  end
  local routed = false
  for name, _ in pairs(headers) do
    if name == "mcp-method" or name == "mcp-name" or string.sub(name, 1, 10) == "mcp-param-" then
      routed = true
    end
  end
  if routed then
    request:respond({[":status"] = "400"}, "Mcp-* headers are taken with MCP-Protocol-Version 2026-07-28 only: send that, or leave them out.")
  end
end
