# What only the control plane may read. Values are written without ever being in a plan or a state; the keyring's is put
# there by `tollgate keys`, the doors' settings by whoever opens doors.

ephemeral "random_password" "database" {
  count = var.home ? 1 : 0

  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "kept" {
  for_each = var.home ? toset(["database-url", "keyring", "gateway-keys", "doors"]) : toset([])

  name                    = "${local.prefix}/${each.key}"
  description             = "Tollgate's ${each.key}"
  kms_key_id              = aws_kms_key.data.arn
  recovery_window_in_days = 30
  tags                    = local.tags
}

# At first no door is open, and no other cloud's gateway is known.
resource "aws_secretsmanager_secret_version" "nothing" {
  for_each = var.home ? toset(["gateway-keys", "doors"]) : toset([])

  secret_id                = aws_secretsmanager_secret.kept[each.key].id
  secret_string_wo         = "{}"
  secret_string_wo_version = 1
}

resource "aws_secretsmanager_secret_version" "database_url" {
  count = var.home ? 1 : 0

  secret_id                = aws_secretsmanager_secret.kept["database-url"].id
  secret_string_wo         = "postgresql://tollgate:${ephemeral.random_password.database[0].result}@${aws_db_instance.database[0].address}:5432/tollgate?sslmode=verify-full"
  secret_string_wo_version = var.credentials_version
}
