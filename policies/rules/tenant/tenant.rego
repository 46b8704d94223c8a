# METADATA
# title: Tenant isolation
# description: A call creates, reads and releases only what belongs to the caller's own tenant.
package rules.tenant

import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.entry.owner == "none"

allow if owner == input.principal.tenant

owner := input.resource.tags.tenant if tool.entry.owner == "tags"

owner := input.resource.tenant if tool.entry.owner == "tenant"

# METADATA
# title: The resource is the caller's tenant's own
# custom:
#   code: TENANT_ISOLATION
#   severity: critical
#   remedy: Name your own tenant; a resource of another tenant is out of reach whatever your role.
deny contains violation.of("TENANT_ISOLATION", message) if {
	not allow
	message := sprintf("%v acts for tenant %v, but the call is about %v.", [input.principal.id, input.principal.tenant, whose])
}

default whose := "a resource of nobody in particular"

whose := sprintf("tenant %v", [owner])
