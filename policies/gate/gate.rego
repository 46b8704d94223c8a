# METADATA
# title: The gate
# description: |
#   The one entrypoint. Deny unless every rule says a positive yes: one objection denies, a question for a person (ask)
#   wins over allow, and a rule that is silent denies too.
package gate

import data.lib.violation
import data.rules.budget
import data.rules.encryption
import data.rules.family
import data.rules.question
import data.rules.region
import data.rules.residency
import data.rules.role
import data.rules.tags
import data.rules.tenant

default decision := {
	"verdict": "deny",
	"violations": [{
		"code": "GATE_ERROR",
		"message": "The gate reached no decision.",
		"remedy": "Nothing was done. Report this with the run id.",
	}],
	"obligations": {},
}

# The shape comes first, so that no other rule ever reads a field of the wrong type.
decision := denied(question.deny) if {
	not question.allow
	count(question.deny) > 0
} else := denied(denials) if {
	question.allow
	count(denials) > 0
} else := denied({silent}) if {
	not allowed
} else := decided("ask", asks) if {
	count(asks) > 0
} else := decided("allow", set()) if {
	allowed
}

# METADATA
# title: Every rule said a positive yes
# custom:
#   code: RULE_SILENT
#   severity: critical
#   remedy: Nothing was done. Report this with the run id; the policy bundle needs repair.
silent := violation.of("RULE_SILENT", "No rule objects, but not every rule agrees.")

allowed if {
	question.allow
	role.allow
	tenant.allow
	region.allow
	residency.allow
	family.allow
	budget.allow
	encryption.allow
	tags.allow
}

denials := ((((((role.deny | tenant.deny) | region.deny) | residency.deny) | family.deny) | budget.deny) | encryption.deny) | tags.deny

asks := budget.ask

obligations := residency.obligations

denied(objections) := {"verdict": "deny", "violations": sorted(objections), "obligations": {}}

decided(verdict, reasons) := {"verdict": verdict, "violations": sorted(reasons), "obligations": obligations}

sorted(objections) := [objection | some objection in objections]
