# Tenant isolation.
# A call creates, reads and releases only what belongs to the caller's own tenant.
package rules

agrees contains "tenant" if tool.owner == "none"

agrees contains "tenant" if {
	tool.owner == "tags"
	input.resource.tags.tenant == input.principal.tenant
}

agrees contains "tenant" if {
	tool.owner == "tenant"
	input.resource.tenant == input.principal.tenant
}

# METADATA
# title: The resource is the caller's tenant's own
# custom:
#   code: TENANT_ISOLATION
#   severity: critical
#   remedy: Name your own tenant; a resource of another tenant is out of reach whatever your role.
deny contains data.lib.violation("TENANT_ISOLATION", message) if {
	not "tenant" in agrees
	message := sprintf("%v acts for tenant %v, but the call is about %v.", [
		input.principal.id,
		input.principal.tenant,
		tenant_named,
	])
}

default tenant_named := "no tenant"

tenant_named := sprintf("tenant %v", [input.resource.tags.tenant]) if {
	tool.owner == "tags"
	is_string(input.resource.tags.tenant)
}

tenant_named := sprintf("tenant %v", [input.resource.tenant]) if {
	tool.owner == "tenant"
	is_string(input.resource.tenant)
}
