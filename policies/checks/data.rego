# METADATA
# title: The data's own rules
# description: |
#   What must hold of the data before any question is judged. Every fault is a sentence; one fault denies everything.
package checks

import data.lib.types

listed := {"budgets", "families", "jurisdictions", "regions", "roles", "tags", "tools", "violations"}

faults contains sprintf("%v is missing or empty", [name]) if {
	some name in listed
	not filled(data[name])
}

filled(document) if {
	is_object(document)
	count(document) > 0
}
