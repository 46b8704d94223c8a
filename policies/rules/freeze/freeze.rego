# Write freeze.
# While writes are frozen, everywhere or for a tenant or on a cloud, nothing is changed there; reading goes on. Only the
# control plane knows of it, and a function writes nothing without the control plane's Grant.
package rules

agrees contains "freeze" if input.action.risk == "read"

agrees contains "freeze" if {
	input.action.risk in {"write", "destructive"}
	input.context.plane == "function"
}

agrees contains "freeze" if {
	input.action.risk in {"write", "destructive"}
	input.context.plane == "control"
	is_array(input.context.freeze)
	every frozen in input.context.freeze {
		freeze_elsewhere(frozen)
	}
}

# METADATA
# title: Writes are not frozen
# custom:
#   code: FROZEN
#   severity: critical
#   remedy: Wait until an operator lifts the freeze; reading still works.
deny contains data.lib.violation("FROZEN", message) if {
	not "freeze" in agrees
	some frozen in input.context.freeze
	not freeze_elsewhere(frozen)
	message := sprintf("Writes are frozen%v: %v", [freeze_where(frozen), frozen.reason])
}

freeze_elsewhere(frozen) if {
	frozen.scope == "tenant"
	frozen.name != input.principal.tenant
}

freeze_elsewhere(frozen) if {
	frozen.scope == "cloud"
	frozen.name != input.action.cloud
}

freeze_where(frozen) := " everywhere" if frozen.scope == "global"

freeze_where(frozen) := sprintf(" for the %v %v", [frozen.scope, frozen.name]) if frozen.scope != "global"
