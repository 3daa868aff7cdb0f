PRAGMA application_id = 1397772110;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE answers (
        run_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        problem_id TEXT NOT NULL,
        status TEXT NOT NULL,
        is_correct INTEGER NOT NULL,
        value TEXT,
        confidence REAL,
        reason TEXT,
        raw_text TEXT,
        log_probability REAL,
        tokens_in INTEGER,
        tokens_out INTEGER,
        first_token_s REAL,
        stopped_by TEXT,
        cost REAL,
        failure TEXT,
        level INTEGER,
        stage TEXT,
        PRIMARY KEY (run_id, position)) WITHOUT ROWID;
INSERT INTO "answers" VALUES('20260101T000000-1',0,'"p1"','answered',0,'"1\ud800\u0000"',0.25,NULL,'"The answer is 1.\n<b>\u001b[2J"',-1.5,7,3,0.5,'limit',0.125,'wrong value',5,'"tiny"');
INSERT INTO "answers" VALUES('20260101T000000-1',1,'"p2"','abstained',1,NULL,NULL,'"no number"',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE artifacts (
        sequence INTEGER PRIMARY KEY,
        artifact_id TEXT NOT NULL,
        record TEXT NOT NULL);
INSERT INTO "artifacts" VALUES(1,'a1','{"artifact_id":"a1","bytes":5,"data_hash":"0","kind":"weights","parents":["a0"],"path":"models/a1","recipe":{"preset":"tiny"},"seed":1,"sha256":"ff"}');
CREATE TABLE cells (cell_key TEXT PRIMARY KEY, record TEXT NOT NULL);
INSERT INTO "cells" VALUES('fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e','{"contestant":{"artifact_id":null,"params":{},"solver":"rules","solver_version":"1"},"placement":{"attention":null,"batch_size":1,"device":"cpu","dtype":"float32","engine":"native","padding":null,"quantization":"none","threads":1},"seed":0,"workload":{"decoding":null,"items_hash":"0000000000000000000000000000000000000000000000000000000000000000","mode":"answer","new_tokens":null,"prompt_tokens":null,"split":"test","task":"word-problems","task_version":"1"}}');
CREATE TABLE duels (
        sequence INTEGER PRIMARY KEY,
        duel_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        record TEXT NOT NULL);
INSERT INTO "duels" VALUES(1,'duel-1','2026-01-01T00:00:00+00:00','{"command":["spoonbench","duel","--preset","quick"],"created_at":"2026-01-01T00:00:00+00:00","duel_id":"duel-1","effort":{"answers_per_year":1000000.0,"build_hours":{"rules":1.5},"hour_price":80.0,"machine_hour_price":0.5,"years":2},"entries":[{"answer_cells":{"test":"fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e"},"guarantee":{"covers":["word-problems/test"],"domain":"d","kind":"tested","source":"x"},"is_hybrid":false,"label":"rules","latency_cell":"k1","level":1,"solver":"rules","source":"t","source_lines":50,"summary":"s","throughput_cells":{"8":"k8"},"train_cell":null,"trained_from":null},{"answer_cells":{"test":"k2"},"guarantee":{"covers":[],"domain":"","kind":"none","source":""},"is_hybrid":true,"label":"router","latency_cell":null,"level":5,"solver":"router","source":"","source_lines":null,"summary":"","throughput_cells":{},"train_cell":"kt","trained_from":"nothing"}],"environment_id":"cea12eab9f11ba44","n_rounds":3,"preset":"first","requirements":{"accuracy":1,"cost":10.5,"coverage":0.95,"latency_s":0.05,"memory_bytes":200000000,"split":"test"},"task":{"kind":"number","n_training":100,"n_validation":10,"name":"word-problems","options":{"largest":100},"sha256":{"a.jsonl":"0"},"skipped_rows":["line 3: no answer"],"source":"generated","splits":[{"items_hash":"items-1","n_items":2,"n_unanswerable":1,"name":"test","summary":"same distribution"}],"version":"1"}}');
INSERT INTO "duels" VALUES(2,'duel-1','2026-01-01T00:00:00+00:00','{"command":["spoonbench","duel","--preset","quick"],"created_at":"2026-01-01T00:00:00+00:00","duel_id":"duel-1","effort":{"answers_per_year":1000000.0,"build_hours":{"rules":1.5},"hour_price":80.0,"machine_hour_price":0.5,"years":2},"entries":[{"answer_cells":{"test":"fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e"},"guarantee":{"covers":["word-problems/test"],"domain":"d","kind":"tested","source":"x"},"is_hybrid":false,"label":"rules","latency_cell":"k1","level":1,"solver":"rules","source":"t","source_lines":50,"summary":"s","throughput_cells":{"8":"k8"},"train_cell":null,"trained_from":null},{"answer_cells":{"test":"k2"},"guarantee":{"covers":[],"domain":"","kind":"none","source":""},"is_hybrid":true,"label":"router","latency_cell":null,"level":5,"solver":"router","source":"","source_lines":null,"summary":"","throughput_cells":{},"train_cell":"kt","trained_from":"nothing"}],"environment_id":"cea12eab9f11ba44","n_rounds":3,"preset":"quick","requirements":{"accuracy":1,"cost":10.5,"coverage":0.95,"latency_s":0.05,"memory_bytes":200000000,"split":"test"},"task":{"kind":"number","n_training":100,"n_validation":10,"name":"word-problems","options":{"largest":100},"sha256":{"a.jsonl":"0"},"skipped_rows":["line 3: no answer"],"source":"generated","splits":[{"items_hash":"items-1","n_items":2,"n_unanswerable":1,"name":"test","summary":"same distribution"}],"version":"1"}}');
CREATE TABLE environments (environment_id TEXT PRIMARY KEY, record TEXT NOT NULL);
INSERT INTO "environments" VALUES('cea12eab9f11ba44','{"allocator":{"MALLOC_ARENA_MAX":"2"},"architecture":"x86_64","devices":["none"],"instruction_sets":["avx2","avx512f"],"libraries":{"numpy":"2.0","torch":"2.8"},"memory_bytes":8589934592,"n_cores":2,"processor":"abacus","python":"3.11.2","system":"Linux 6.1"}');
CREATE TABLE items (
        items_hash TEXT NOT NULL,
        position INTEGER NOT NULL,
        problem_id TEXT NOT NULL,
        text TEXT NOT NULL,
        target TEXT,
        PRIMARY KEY (items_hash, position)) WITHOUT ROWID;
INSERT INTO "items" VALUES('items-1',0,'"p1"','"2 and 3?\ud800"','"5"');
INSERT INTO "items" VALUES('items-1',1,'"p2"','"how many?"',NULL);
CREATE TABLE runs (
        sequence INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        cell_key TEXT NOT NULL,
        round_index INTEGER NOT NULL,
        environment_id TEXT NOT NULL,
        status TEXT NOT NULL,
        started_at TEXT NOT NULL,
        n_answers INTEGER,
        record TEXT NOT NULL);
INSERT INTO "runs" VALUES(1,'20260101T000000-1','fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e',0,'cea12eab9f11ba44','ok','2026-01-01T00:00:00+00:00',2,'{"answers":null,"artifact_sha256":"ff","baseline_bytes":1,"cell_key":"fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e","device_peak_bytes":4,"energy_j":0.5,"environment_id":"cea12eab9f11ba44","fit_s":1.5,"items_per_sample":[1,1],"kernel":"mkldnn","layers_quantized":1,"layers_skipped":2,"load_s":0.5,"metrics":{"curve":[{"seconds":0.5,"step":1,"train_loss":null,"validation_accuracy":null,"validation_loss":2.5}],"n_training":100},"missing":{"energy_j":"no counter"},"observed":{"commit":"abc","dirty":false,"load":0.5},"output_tail":"hello\u0000\ud800","peak_bytes":3,"reason":null,"resident_bytes":2,"round_index":0,"run_id":"20260101T000000-1","samples_ns":[1,1099511627776],"schema_version":1,"started_at":"2026-01-01T00:00:00+00:00","status":"ok","warmup_ns":[5]}');
INSERT INTO "runs" VALUES(2,'20260101T000001-2','fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e',1,'cea12eab9f11ba44','oom','2026-01-01T00:00:01+00:00',NULL,'{"answers":null,"artifact_sha256":null,"baseline_bytes":null,"cell_key":"fd18a62192a03bce78007c26020f57276f7ef69d345f3dc6525af286eba7dd8e","device_peak_bytes":null,"energy_j":null,"environment_id":"cea12eab9f11ba44","fit_s":null,"items_per_sample":[],"kernel":null,"layers_quantized":null,"layers_skipped":null,"load_s":null,"metrics":{},"missing":{},"observed":{},"output_tail":"","peak_bytes":null,"reason":"took 900 MB of 800 MB","resident_bytes":null,"round_index":1,"run_id":"20260101T000001-2","samples_ns":[],"schema_version":1,"started_at":"2026-01-01T00:00:01+00:00","status":"oom","warmup_ns":[]}');
CREATE INDEX duels_by_id ON duels (duel_id);
CREATE INDEX runs_by_cell ON runs (cell_key);
CREATE INDEX artifacts_by_id ON artifacts (artifact_id);
CREATE TRIGGER environments_refuses_update BEFORE UPDATE ON environments BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER environments_refuses_delete BEFORE DELETE ON environments BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER duels_refuses_update BEFORE UPDATE ON duels BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER duels_refuses_delete BEFORE DELETE ON duels BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER cells_refuses_update BEFORE UPDATE ON cells BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER cells_refuses_delete BEFORE DELETE ON cells BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER items_refuses_update BEFORE UPDATE ON items BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER items_refuses_delete BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER runs_refuses_update BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER runs_refuses_delete BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER answers_refuses_update BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER answers_refuses_delete BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER artifacts_refuses_update BEFORE UPDATE ON artifacts BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER artifacts_refuses_delete BEFORE DELETE ON artifacts BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
COMMIT;
