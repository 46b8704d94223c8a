"""The words for jobs, for services and for storage, in the five languages."""

from __future__ import annotations

from workflow.language.modelling import any_of

JOB = any_of(
    r"\b(?:etl|elt|spark|job|jobs|batch|nightly|cron|one[- ]off|one[- ]time|simulation|render|rendering"
    r"|backfill"
    r"|hadoop|airflow|crunch\w*|export|pipeline|transcod\w*|lauf|stapel\w*|lote|lotes|lots|trabajo por lotes"
    r"|traitement|simulacion|monte carlo)\b",
    r"작업",
    r"배치",
    r"시뮬레이션",
    r"렌더링",
)
BATCH = any_of(
    r"\b(?:etl|elt|spark|hadoop|jobs?(?! (?:board|portal|site|market|listing|search))|batch|simulat\w+|sims?\b"
    r"|render(?:s|ing|ed)?|crunch\w*|(?:re|trans)?encod\w+|transcod\w+|backfill\w*|aggregat\w+|monte carlo"
    r"|openfoam|cfd|fea|molecular dynamics|gromacs|lammps|ansys|abaqus|nightly|cron|backtest\w*|sweep|blender"
    r"|docking|map-?reduce|genom\w+|sequenc\w+|variant calling|alignment|folding|blast)\b",
    r"(?<!load )\bconver(?:t|ts|ting|sion)\b",
    r"\b(?:one-off|data(?:base)?|warehouse|bulk|initial|nightly|daily|weekly|lake|one[- ]time) (?:load|loading"
    r"|import|ingest\w*"
    r"|migration|dump|refresh)\b",
    r"\b(?:grind|chew|churn|plough|plow|munch|work|go|get|run|sift|comb)(?:s|ed|ing)? (?:\w+ )?through\b",
    r"\b(?:turn|squeez|boil|transform|squash|condens|merg)\w*\b[^.,;\n]{0,40} into\b",
    r"\b(?:pump|push|pour|load|feed|ingest|write|insert)(?:s|ing)? [^.,;\n]{0,40} (?:in)?to (?:the |our )?(?:\w+ )?"
    r"(?:warehouse|database|lake|tables?|clickhouse|bigquery|snowflake|redshift)\b",
    r"\bdump(?:ing)? (?:the|our) (?:\w+ ){1,3}(?:to|into)\b",
    r"\bload(?:ing)? (?:the |our )?(?:data|\w+ (?:into|to) (?:the |our )?(?:warehouse|database|lake))\b",
    r"\b(?:export(?:s|ing)?|import(?:ing)?|assembl(?:e|y|ing)|compress\w*|deduplicat\w+|dedupe?|scrap(?:e|ing)"
    r"|crawl(?:ing|s)?|parse|parsing|re-?index\w*|anonymi[sz]e|resiz(?:e|ing)|thumbnail\w*|ocr|migrat\w+"
    r"|comput(?:e|ing) (?:the|a|our|all)|calculat\w+|reconcil\w+|optimi[sz]ation run|number crunching|pipeline"
    r"|generate reports?|reports? run|process(?:ing)? (?:of |the |our |all |\w+ )?\w*(?:logs?|data|images|files"
    r"|photos|records|videos|documents|recordings|invoices|scans)|analy[sz]e|analysis|transform\w*|benchmark\w*"
    r"|load test\w*|unit tests?|compile|compilation|build run|hyperparameter|evaluat\w+|stitch\w*"
    r"|photogrammetry"
    r"|forecast run|month-?end|end-of-month|payroll run|roll-?up|cleansing|clean up (?:the|our) data)\b",
    r"\b(?:stapel\w*|\w*(?:lauf|laufe)(?:s|es)?|rendern|simulation\w*|simulieren|umwandl\w*|umrechn\w*"
    r"|konvertier\w*|exportier\w*|auswert\w*|berechn\w*|verarbeit\w*|aggregier\w*|datenexport|monatsabschluss"
    r"|auftrag|rendering)\b",
    r"\b(?:por lotes|lotes?|simulacion\w*|simular|renderiz\w*|exporta\w*|conversion|convertir|procesa\w*"
    r"|calcul\w*|trabajo (?:de|por|nocturno|diario|spark|etl)|tarea|carga de datos|agregacion|analiz\w*"
    r"|analisis)\b",
    r"\b(?:par lots|traitement\w*|traiter|simul\w+|rendu|calcul(?:s|er)?|exporter|conversion|convertir|tache"
    r"|chargement|agregation|analyser|analyse|transcoder)\b",
    r"배치",
    r"렌더",
    r"시뮬레이션",
    r"변환",
    r"집계",
    r"분석",
    r"내보내기",
    r"추출",
    r"처리\s?작업",
    r"작업(?=[을이,.]|\s|$)",
    r"리사이[즈징]|썸네일|크롤링|스크래핑|색인",
    r"야간",
    r"일괄",
    r"계산",
    r"적재",
    r"인코딩",
    r"가공",
    r"마이그레이션",
    r"스파크",
)
SERVICE = any_of(
    r"\b(?:web ?(?:apps?|sites?|shops?|pages?|services?|servers?|portals?|hosts?|hosting|front ?ends?)|web-\w+"
    r"|sites?|websites?|apps?|applications?|api|apis|rest|graphql|grpc|databases?|db|dbs|postgres\w*|postgis"
    r"|mysql|mariadb|mongo\w*|redis|memcached?|valkey|cassandra|clickhouse|elastic\w*|opensearch|solr|kafka"
    r"|rabbitmq|nats|cache|wikis?|intranet|portal|dashboards?|grafana|prometheus|jenkins|gitlab|gitea"
    r"|github runner|ci runners?|jira|confluence|crm|erp|e-?shop|shop|store ?front|back-?end|front-?end"
    r"|microservices?|services?|bot|chatbot|blog|wordpress|drupal|magento|shopify|forum|mail ?server"
    r"|email server|vpn|proxy|load balancer|bastion|jump ?(?:box|host)|monitoring|message (?:queue"
    r"|broker)|queue"
    r"|broker|jupyter\w*|notebooks?|minecraft|game ?servers?|multiplayer|environment|staging|sandbox|dev box"
    r"|nextcloud|mattermost|matomo|metabase|superset|keycloak|ldap|active directory|dns|nginx|gateway|scheduler"
    r"|registry|nexus|artifactory|moodle|lms|odoo|sap|sql server|oracle|neo4j|vault|sftp|ftp|file ?server"
    r"|terminal server|rdp|license server|telemetry|mqtt|booking system|checkout|landing page|search engine"
    r"|streaming server|rstudio|home ?page|workstation|remote desktop|help ?desk|ticketing|hosting)\b",
    r"\b(?:servers?|hosts?)\b(?! farm)",
    r"\bhost (?:our|the|my|an?)\b",
    r"\b(?:web(?:seite\w*|shop\w*|server\w*|anwendung\w*|dienst\w*|auftritt)|datenbank(?!\w*(?:backup|sicherung"
    r"|archiv))\w*|intranet\w*|anwendung\w*|dienst\w*|server\w*|portal\w*|spieleserver|internetseite\w*"
    r"|onlineshop|schnittstelle)\b",
    r"\b(?:sitio(?! (?:donde|para) )|pagina web|aplicacion\w*|base de datos|bases de datos|servidor\w*"
    r"|servicio\w*|tienda|portal"
    r"|intranet|panel|cuaderno\w*)\b",
    r"\b(?:site|application\w*|base de donnees|bases de donnees|serveur\w*|service\w*|boutique|portail|intranet"
    r"|tableau de bord|cahier\w*)\b",
    r"웹",
    r"사이트",
    r"홈페이지",
    r"데이터베이스",
    r"서버",
    r"위키",
    r"게임",
    r"인트라넷",
    r"포털",
    r"쇼핑몰",
    r"서비스",
    r"캐시",
    r"앱",
    r"노트북",
    r"디비",
    r"백엔드",
    r"챗봇",
    r"대시보드",
    r"블로그",
)
BUCKET = any_of(
    r"\b(?:buckets?|volumes?|archiv(?:e|es|ing|al)|(?<!no )storage|backups?|blobs?|disks?|block device"
    r"|file ?shares?|shared drives?|nas|object store|cold store|data lake|space for|room for|place for|scratch space"
    r"|out of (?:disk )?space|snapshots?"
    r"|vault for"
    r"|dumps?)\b",
    r"(?:^|[.,!?\n:] ?|\bto |please |pls |must |can (?:you|i|we) |we |i |and |then )(?:store|archive|keep"
    r"|back ?up|stash|park|hold|put|retain)\b(?![^.;,\n]{0,40} (?:online|live|up|on the (?:web|net)|behind)\b)",
    r"\b\w+(?:backups?|sicherung(?:en)?|archiv(?:e|s)?)\b",
    r"\b(?:objektspeicher\w*|speicher(?:platz|bucket)?|archiv\w*|sicherung\w*|datensicherung\w*|backup\w*"
    r"|volume\w*|ablage|ablegen|aufbewahren|speichern|festplatte\w*)\b",
    r"\b(?:almacen(?:amiento|ar|e)|guardar|volumen|copias? de seguridad|respaldos?|archivar"
    r"|archivo historico|disco|cubo)\b",
    r"\b(?:de la place pour|stockage|stocker|sauvegardes?|sauvegarder|archiv(?:er|age|es)|volume|disque|conserver)\b",
    r"버킷",
    r"스토리지",
    r"저장소",
    r"저장\s?공간",
    r"볼륨",
    r"백업",
    r"아카이브",
    r"보관",
    r"저장",
)
WANT = any_of(
    r"\b(?:need|needs|want|get|get me|get us|gimme|give (?:me|us)|grab|add) (?:another |an extra |some )?\d[\d.]* ?"
    r"(?:gb|tb|gib|tib|gigs?|gigabytes?|terabytes?)\b(?! ?(?:of )?(?:ram|memory|mem)\b)",
    r"\b(?:need|needs|want|wants|provision|create|set up|give (?:me|us)|gimme|get (?:me|us)|get|add"
    r"|attach|order"
    r"|request|requesting|open|make|allocate|reserve|like|have|arrange|grab(?: me)?|spin up)\b(?: (?:a|an|the"
    r"|some|another|one|new|private|encrypted|secure|cheap|small|big|large|single|simple|plain|extra|more|us|me"
    r"|to have|\d+\S*|object|block|cold|archive|blob|s3|gcs|cloud|of|gb|tb|gib|tib|gigs?|terabytes?|gigabytes?"
    r"|standard|backup|shared|persistent|ssd)){0,7} (?:buckets?|volumes?|storage|archive|disks?|space"
    r"|file ?share)\b(?! (?:server|service|database|api|app|job|node))",
    r"\b(?:nothing else|storage only|just (?:a |the |some )?(?:storage|bucket|volume|disk)|only (?:a |the "
    r"|some )?(?:storage|bucket|volume|disk))\b",
    r"\b(?:brauchen|brauche|benotigen|benotige|bitte)\b(?: (?:ein|eine|einen|neuen|neues|nur|\d+\S*|gb|tb"
    r"|private[sn]?|verschlusselte[sn]?)){0,5} (?:bucket|speicherplatz|objektspeicher|volume|archiv)",
    r"\b(?:necesit\w+|quer\w+|cre\w+)\b(?: (?:un|una|nuevo|solo|de|\d+\S*|gb|tb)){0,5} (?:bucket|almacenamiento"
    r"|volumen|espacio)",
    r"\b(?:faut|besoin d'|besoin|voudr\w+|cre\w+)\b ?(?:(?:un|une|nouveau|de|juste|seulement|\d+\S*|gb"
    r"|tb) ?){0,5} ?(?:bucket|stockage|volume|espace)",
)
