# What the rules know of the call.
# The rules share one package: it costs the embedded engine a third of the time of a package for each. A helper that
# only one rule needs carries that rule's name.
package rules

# Undefined for an unknown tool, so that whatever asks after it does not agree. Its fields are stated positively for the
# same reason: an unknown tool neither creates nor creates nothing.
tool := data.tools[input.action.tool]

# The environment that the call names in its tags. A tool without tags names none; one with tags must.
environment := input.resource.tags.environment if {
	tool.owner == "tags"
	is_string(input.resource.tags.environment)
}

environment := "unstated" if tool.owner in {"tenant", "none"}

# Every argument at any depth that is no object or list: where it stands and what it is. Rules pick out of these, and of
# `named`, what they look at before they ask after each: a helper called for every argument costs a write a quarter of
# its decision.
leaves := [[path, value] |
	walk(input.resource, [path, value])
	not type_name(value) in {"object", "array", "null"}
]

# The same by each name on its way: an argument under `replicas.regions` counts as a replica's and as a region's.
named := [[lower(part), value] |
	some [path, value] in leaves
	some part in path
	is_string(part)
]

# Where it happens, and every region that an argument names, anywhere.
regions contains input.action.region if is_string(input.action.region)

regions contains region if {
	region := input.resource.region
	not is_null(region)
}

regions contains value if {
	some [name, value] in named
	contains(name, "region")
}

# Whatever an argument is called: a region of this cloud is one, alone, with the letter of a zone behind it, or within
# an address. Tags are words of the caller's own.
regions contains place if {
	known := data.jurisdictions[input.action.cloud]
	some [path, value] in leaves
	path[0] != "tags"
	is_string(value)
	some part in split(replace(replace(value, "/", ":"), ".", ":"), ":")
	some place in [part, trim_right(trim_right(part, "abcdefghijklmnopqrstuvwxyz"), "-")]
	known[place]
}

jurisdictions(region) := data.jurisdictions[input.action.cloud][region]

# Whoever asks obliges to the yes of those whom data.approvals names for the code.
obliged["approvals"] := [need |
	some code in {violation.code | some violation in data.rules.ask}
	need := object.union({"code": code}, data.approvals[code])
] if count(data.rules.ask) > 0
