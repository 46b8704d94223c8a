# The gate.
# The one entrypoint. A call is allowed only where every required rule agrees; a rule that is absent, undefined or in
# error has not agreed. A rule's denials say why it did not. Agreed by all, a question for a person (ask) wins over allow.
package gate

required := {"budget", "encryption", "family", "freeze", "limits", "region", "residency", "risk", "role", "spot", "tags", "tenant"}

# Whether the question is sound comes first, so that no other rule ever reads a field of the wrong type.
decision := {"verdict": "allow", "violations": [], "obligations": data.rules.obliged} if {
	data.rules.sound
	count(required - data.rules.agrees) == 0
	count(data.rules.ask) == 0
} else := {"verdict": "ask", "violations": sorted(data.rules.ask), "obligations": data.rules.obliged} if {
	data.rules.sound
	count(required - data.rules.agrees) == 0
	every violation in data.rules.ask {
		data.approvals[violation.code]
	}
} else := {"verdict": "deny", "violations": sorted(data.rules.unsound), "obligations": {}} if {
	not data.rules.sound
	count(data.rules.unsound) > 0
} else := {"verdict": "deny", "violations": sorted(data.rules.deny), "obligations": {}} if {
	data.rules.sound
	count(data.rules.deny) > 0
} else := {"verdict": "deny", "violations": [silent], "obligations": {}}

# METADATA
# title: A rule that does not agree says why, and one that asks says whom
# custom:
#   code: RULE_SILENT
#   severity: critical
#   remedy: Nothing was done. Have an operator check the policy bundle.
silent := data.lib.violation("RULE_SILENT", "A rule did not agree and gave no reason, or asked and named no approver.")

sorted(violations) := [violation | some violation in violations]
