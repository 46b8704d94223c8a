# Risky work.
# A person is asked before production is changed, anything is destroyed, traffic is sent another way, or much is spent.
# What takes back what the same run did is not asked about: it leaves the world as it was. Only the control plane asks,
# for only it can wait; a function writes nothing without the control plane's Grant.
package rules

agrees contains "risk" if input.action.risk == "read"

agrees contains "risk" if {
	input.action.risk in {"write", "destructive"}
	risk := data.risk
	risk.environments > []
	risk.environments < {}
	risk.network_tools > []
	risk.network_tools < {}
	risk.cost_cents >= 0
	risk.cost_cents < ""
}

# METADATA
# title: It is set up what counts as risky
# custom:
#   code: RISK_UNSET
#   severity: critical
#   remedy: An operator sets environments, network_tools and cost_cents in policies/data/risk.
deny contains data.lib.violation("RISK_UNSET", "It is not set up what counts as risky work.") if {
	not "risk" in agrees
}

# METADATA
# title: Before production is changed a person decides
# custom:
#   code: RISK_PRODUCTION
#   severity: high
#   remedy: Have an approver say yes, or try it in another environment first.
ask contains data.lib.violation("RISK_PRODUCTION", message) if {
	risk_asked
	environment in data.risk.environments
	message := sprintf("%v would change %v.", [input.action.tool, environment])
}

# METADATA
# title: Before anything is destroyed a person decides
# custom:
#   code: RISK_DESTRUCTIVE
#   severity: high
#   remedy: Have an approver say yes; what is destroyed does not come back.
ask contains data.lib.violation("RISK_DESTRUCTIVE", message) if {
	risk_asked
	not risk_moves
	input.action.risk == "destructive"
	message := sprintf("%v destroys what it is called for, with all that it holds.", [input.action.tool])
}

# METADATA
# title: Before traffic takes a new path a person decides
# custom:
#   code: RISK_NETWORK
#   severity: high
#   remedy: Have an approver say yes.
ask contains data.lib.violation("RISK_NETWORK", message) if {
	risk_asked
	not risk_moves
	input.action.tool in data.risk.network_tools
	message := sprintf("%v opens a new path for traffic.", [input.action.tool])
}

# METADATA
# title: Above the threshold of cost a person decides
# custom:
#   code: RISK_COST
#   severity: medium
#   remedy: Have an approver say yes, or ask for less, such as fewer hours, a smaller machine, or spot.
ask contains data.lib.violation("RISK_COST", message) if {
	risk_asked
	input.cost.total_cents > data.risk.cost_cents
	message := sprintf("It would cost %v; above %v a person is asked.", [
		data.lib.usd(input.cost.total_cents),
		data.lib.usd(data.risk.cost_cents),
	])
}

risk_asked if {
	input.action.risk in {"write", "destructive"}
	input.context.plane == "control"
	input.context.undo == false
}

# Where policy lets the scheduled re-evaluation move by itself, it takes the old place away and sends traffic to the new
# one. Nobody signs in with this channel: only the control plane's own schedule has it.
risk_moves if {
	data.reevaluation.action == "move"
	input.principal.channel == "schedule"
	some role in data.reevaluation.roles
	role in input.principal.roles
}
