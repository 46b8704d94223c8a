# METADATA
# title: Encryption and public access
# description: What a tool creates is encrypted at rest and closed to the public.
package rules.encryption

import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.creates_nothing

allow if {
	tool.creates
	encrypted
	closed
}

# METADATA
# title: What is created is encrypted
# custom:
#   code: NOT_ENCRYPTED
#   severity: critical
#   remedy: Leave `encrypted` at true.
deny contains violation.of("NOT_ENCRYPTED", message) if {
	tool.creates
	not encrypted
	message := sprintf("%v would create something that is not encrypted at rest.", [input.action.tool])
}

# METADATA
# title: What is created is not public
# custom:
#   code: PUBLIC_ACCESS
#   severity: critical
#   remedy: Leave `public` at false.
deny contains violation.of("PUBLIC_ACCESS", message) if {
	tool.creates
	not closed
	message := sprintf("%v would create something that the public can reach.", [input.action.tool])
}

encrypted if input.resource.encrypted == true

closed if input.resource.public == false
