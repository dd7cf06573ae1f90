CREATE TABLE "projection" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    CONSTRAINT "projection_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "event" (
    "position" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,
    "id" TEXT,
    "type" TEXT,
    "area" TEXT,
    "name" TEXT,
    "entity" TEXT,
    "source" TEXT,
    "actor" TEXT,
    "time" TIMESTAMPTZ(3),
    "correlation_id" TEXT,
    "causation_id" TEXT,
    "chain" TEXT,
    "sequence" BIGINT,
    "reason" TEXT,
    "detail" TEXT,
    "key_id" TEXT,
    "subject" TEXT NOT NULL,
    "seal" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "leaf_hash" BYTEA NOT NULL,
    CONSTRAINT "event_pkey" PRIMARY KEY ("position")
);

-- The rules ask for the first copy of an event, and there is only one.
CREATE UNIQUE INDEX "event_admitted_id" ON "event" ("id") WHERE "outcome" = 'admitted';
CREATE INDEX "event_entity" ON "event" ("entity", "position");
CREATE INDEX "event_type" ON "event" ("type", "position");
CREATE INDEX "event_actor" ON "event" ("actor", "position");
CREATE INDEX "event_time" ON "event" ("time");
CREATE INDEX "event_refused" ON "event" ("position") WHERE "outcome" <> 'admitted';

CREATE TABLE "admission_record" (
    "key" TEXT NOT NULL,
    "json" TEXT NOT NULL,
    CONSTRAINT "admission_record_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "block" (
    "number" BIGINT NOT NULL,
    "first_position" BIGINT NOT NULL,
    "last_position" BIGINT NOT NULL,
    "tree_size" BIGINT NOT NULL,
    "root_hash" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "block_hash" TEXT NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "signers" TEXT[],
    "rejected" INTEGER NOT NULL,
    "chain_id" TEXT NOT NULL,
    "contract" TEXT NOT NULL,
    "transaction_hash" TEXT,
    "chain_block_number" TEXT,
    "seal" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    CONSTRAINT "block_pkey" PRIMARY KEY ("number")
);

CREATE UNIQUE INDEX "block_last_position" ON "block" ("last_position");

CREATE TABLE "block_problem" (
    "position" BIGINT NOT NULL,
    "detail" TEXT NOT NULL,
    CONSTRAINT "block_problem_pkey" PRIMARY KEY ("position")
);

CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "from_block" BIGINT,
    "to_block" BIGINT,
    "report" JSONB,
    "failure" TEXT,
    "recorded" BOOLEAN NOT NULL DEFAULT false,
    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);
