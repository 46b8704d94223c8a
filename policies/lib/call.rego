# What the rules know of the call.
# The rules share one package: it costs the embedded engine a third of the time of a package for each. A helper that
# only one rule needs carries that rule's name.
package rules

# Undefined for an unknown tool, so that whatever asks after it does not agree. Its fields are stated positively for the
# same reason: an unknown tool neither creates nor creates nothing.
tool := data.tools[input.action.tool]

# Where it happens, and every region that an argument names. A test holds this list against the tools' Input shapes.
regions contains input.action.region if is_string(input.action.region)

regions contains input.resource.region

regions contains input.resource.resource.region

regions contains input.resource.instance.region

regions contains region if {
	is_array(input.resource.regions)
	some region in input.resource.regions
}

jurisdictions(region) := data.jurisdictions[input.action.cloud][region]

# Whoever asks obliges to the yes of those whom data.approvals names for the code.
obliged["approvals"] := [need |
	some code in {violation.code | some violation in data.rules.ask}
	need := object.union({"code": code}, data.approvals[code])
] if count(data.rules.ask) > 0
