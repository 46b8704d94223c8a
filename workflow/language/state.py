"""Whether what is asked for keeps state of its own: databases, queues, file shares, buckets."""

from __future__ import annotations

import re

from workflow.model.workload import Kind

_KEEPS = re.compile(
    r"\b(?:databases?|db|dbs|postgres\w*|postgis|mysql|mariadb|mongo\w*|redis|valkey|cassandra|clickhouse|elastic\w*"
    r"|opensearch|solr|kafka|rabbitmq|neo4j|sql server|oracle|nextcloud|wikis?|sftp|ftp|file ?server|vault|gitlab|gitea"
    r"|registry|nexus|artifactory|stateful|persistent|mail ?server|wordpress|moodle|crm|erp"
    r"|datenbank\w*|base de datos|bases de datos|base de donnees|bases de donnees)\b"
    r"|데이터베이스|디비|위키|영구"
)


def read(text: str, *, kind: Kind) -> bool:
    """True for storage, and for what stays up and is named as something that remembers."""
    return kind == "storage" or (kind == "service" and bool(_KEEPS.search(text)))
