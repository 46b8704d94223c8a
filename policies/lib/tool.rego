# METADATA
# title: The tool of the call
# description: What data.tools says of it. Undefined for an unknown tool, so that whatever asks after it denies.
package lib.tool

entry := data.tools[input.action.tool]

writes if entry.risk == "write"

# Stated positively, never as `not writes`: an unknown tool is neither.
writes_nothing if entry.risk in {"read", "destructive"}

creates if entry.creates == true

creates_nothing if entry.creates == false

starts_machines if entry.machines == true

starts_no_machine if entry.machines == false
