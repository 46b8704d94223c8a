# Workloads of other clouds become the tools' roles with their own cloud's token. Nobody holds a key.

resource "aws_iam_openid_connect_provider" "other" {
  for_each = var.federated

  url            = each.value.issuer
  client_id_list = [each.value.audience]
  tags           = local.tags
}
