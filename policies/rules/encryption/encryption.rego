# Encryption and public access.
# What a tool creates is encrypted at rest and closed to the public.
package rules

agrees contains "encryption" if tool.creates == false

agrees contains "encryption" if {
	tool.creates == true
	input.resource.encrypted == true
	input.resource.public == false
}

# METADATA
# title: What is created is encrypted
# custom:
#   code: NOT_ENCRYPTED
#   severity: critical
#   remedy: Leave `encrypted` at true.
deny contains data.lib.violation("NOT_ENCRYPTED", message) if {
	not "encryption" in agrees
	not input.resource.encrypted == true
	message := sprintf("%v would create something that is not encrypted at rest.", [input.action.tool])
}

# METADATA
# title: What is created is not public
# custom:
#   code: PUBLIC_ACCESS
#   severity: critical
#   remedy: Leave `public` at false.
deny contains data.lib.violation("PUBLIC_ACCESS", message) if {
	not "encryption" in agrees
	not input.resource.public == false
	message := sprintf("%v would create something that the public can reach.", [input.action.tool])
}
