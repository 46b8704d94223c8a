# What the rules know of the call.
# The rules share one package: it costs the embedded engine a third of the time of a package for each. A helper that
# only one rule needs carries that rule's name.
package rules

# Undefined for an unknown tool, so that whatever asks after it does not agree. Its fields are stated positively for the
# same reason: an unknown tool neither creates nor creates nothing.
tool := tools[input.action.tool] if tools := data.tools

# The environment that the call names in its tags. A tool without tags names none; one with tags must.
environment := input.resource.tags.environment if {
	tool.owner == "tags"
	is_string(input.resource.tags.environment)
}

environment := "unstated" if tool.owner in {"tenant", "none"}

# Where it happens, and every region that an argument names, anywhere.
regions contains input.action.region if input.action.region != null

regions contains region if {
	region := input.resource.region
	region != null
}

regions contains region if some region in input.said.regions

# Whatever an argument is called: a region of this cloud is one, alone, with the letter of a zone behind it, or within
# an address.
regions contains word if {
	some word in input.said.words
	known[word]
}

# The regions of this cloud, each with the jurisdictions that it lies in.
known := clouds[input.action.cloud] if clouds := data.jurisdictions

# Whoever asks obliges to the yes of those whom data.approvals names for the code.
obliged["approvals"] := [need |
	some code in {violation.code | some violation in ask}
	need := object.union({"code": code}, data.approvals[code])
] if count(ask) > 0
