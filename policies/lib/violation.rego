# METADATA
# title: A violation
# description: Code and message from the rule; the remedy is the one in the rule's METADATA, read from data.violations.
package lib.violation

of(code, message) := {"code": code, "message": message, "remedy": data.violations[code].remedy}
