# Tenant isolation.
# A call creates, reads and releases only what belongs to the caller's own tenant, and no argument of a call that changes
# anything names another, anywhere.
package rules

agrees contains "tenant" if tool.owner == "none"

agrees contains "tenant" if {
	tool.owner == "tags"
	input.resource.tags.tenant == input.principal.tenant
	tenant_alone
}

agrees contains "tenant" if {
	tool.owner == "tenant"
	input.resource.tenant == input.principal.tenant
	tenant_alone
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

tenant_alone if input.action.risk == "read"

tenant_alone if {
	input.action.risk in {"write", "destructive"}
	every value in input.said.tenants {
		value == input.principal.tenant
	}
}

default tenant_named := "no tenant"

tenant_named := concat(" and ", others) if {
	others := {sprintf("tenant %v", [value]) |
		some value in input.said.tenants
		value != input.principal.tenant
	}
	count(others) > 0
}
