# The managed PostgreSQL, at home: in private subnets, encrypted, with backups and a log for any point in time between.

resource "aws_security_group" "plane" {
  count = var.home ? 1 : 0

  name        = "${local.prefix}-plane"
  description = "Tollgate's control plane"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_egress_rule" "plane" {
  count = var.home ? 1 : 0

  security_group_id = aws_security_group.plane[0].id
  description       = "Functions, identity providers and the cloud's own services, over TLS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_database" {
  count = var.home ? 1 : 0

  security_group_id            = aws_security_group.plane[0].id
  description                  = "The database"
  referenced_security_group_id = aws_security_group.database[0].id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  tags                         = local.tags
}

resource "aws_security_group" "database" {
  count = var.home ? 1 : 0

  name        = "${local.prefix}-database"
  description = "Tollgate's database"
  vpc_id      = var.network_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = var.home ? 1 : 0

  security_group_id            = aws_security_group.database[0].id
  description                  = "The control plane and nobody else"
  referenced_security_group_id = aws_security_group.plane[0].id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  tags                         = local.tags
}

resource "aws_db_subnet_group" "database" {
  count = var.home ? 1 : 0

  name        = local.prefix
  description = "Tollgate's database"
  subnet_ids  = var.subnet_ids
  tags        = local.tags
}

resource "aws_db_parameter_group" "database" {
  count = var.home ? 1 : 0

  name        = local.prefix
  description = "Tollgate's database"
  family      = "postgres17"
  tags        = local.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "database" {
  count = var.home ? 1 : 0

  identifier                      = local.prefix
  engine                          = "postgres"
  engine_version                  = "17"
  instance_class                  = var.database.size
  allocated_storage               = var.database.storage_gib
  storage_type                    = "gp3"
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.data.arn
  db_name                         = "tollgate"
  username                        = "tollgate"
  password_wo                     = ephemeral.random_password.database[0].result
  password_wo_version             = var.credentials_version
  db_subnet_group_name            = aws_db_subnet_group.database[0].name
  parameter_group_name            = aws_db_parameter_group.database[0].name
  vpc_security_group_ids          = [aws_security_group.database[0].id]
  publicly_accessible             = false
  multi_az                        = var.database.standby
  backup_retention_period         = var.database.backup_days
  copy_tags_to_snapshot           = true
  delete_automated_backups        = false
  deletion_protection             = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${local.prefix}-last"
  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
  tags                            = local.tags
}
