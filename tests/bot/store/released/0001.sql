BEGIN TRANSACTION;
CREATE TABLE citations (
	exchange_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	corpus_id BIGINT NOT NULL, 
	lecture_id TEXT NOT NULL, 
	lecture_title TEXT NOT NULL, 
	url TEXT NOT NULL, 
	start_seconds DOUBLE NOT NULL, 
	end_seconds DOUBLE NOT NULL, 
	second DOUBLE NOT NULL, 
	until_second DOUBLE NOT NULL, 
	quote TEXT NOT NULL, 
	link TEXT NOT NULL, 
	CONSTRAINT pk_citations PRIMARY KEY (exchange_id, position), 
	CONSTRAINT fk_citations_exchange_id FOREIGN KEY(exchange_id) REFERENCES exchanges (exchange_id) ON DELETE CASCADE
);
INSERT INTO "citations" VALUES('first',0,1,1,'aula-01','Aula 1: Introdução','https://youtu.be/dQw4w9WgXcQ',60.0,70.0,60.0,65.0,'O gradiente aponta para cima.','https://youtu.be/dQw4w9WgXcQ?t=60');
CREATE TABLE courses (
	name TEXT NOT NULL, 
	last_number INTEGER NOT NULL, 
	CONSTRAINT pk_courses PRIMARY KEY (name)
);
INSERT INTO "courses" VALUES('aprendizado',2);
CREATE TABLE exchanges (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	exchange_id TEXT NOT NULL, 
	course TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	asker TEXT NOT NULL, 
	platform TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	language TEXT NOT NULL, 
	lecture_id TEXT, 
	question_text TEXT NOT NULL, 
	standalone_text TEXT NOT NULL, 
	rewriting_method TEXT NOT NULL, 
	rewriting_model TEXT, 
	rewriting_prompt_version TEXT, 
	outcome TEXT NOT NULL, 
	answer_text TEXT NOT NULL, 
	reason TEXT, 
	answerer TEXT NOT NULL, 
	model TEXT, 
	prompt_version TEXT, 
	prompt_tokens INTEGER, 
	completion_tokens INTEGER, 
	requests INTEGER NOT NULL, 
	cost_usd DOUBLE, 
	embedder TEXT NOT NULL, 
	index_fingerprint TEXT NOT NULL, 
	answerable DOUBLE, 
	rewrite_ms DOUBLE, 
	retrieve_ms DOUBLE, 
	answer_ms DOUBLE, 
	total_ms DOUBLE NOT NULL, 
	first_text_ms DOUBLE, 
	warnings JSON NOT NULL, 
	CONSTRAINT fk_exchanges_course FOREIGN KEY(course) REFERENCES courses (name), 
	CONSTRAINT uq_exchanges_exchange_id UNIQUE (exchange_id), 
	CONSTRAINT uq_exchanges_course_number UNIQUE (course, number)
);
INSERT INTO "exchanges" VALUES(1,'first','aprendizado',1,'a3f1c2','console','conversation-1','2025-03-10 12:00:00.000000','pt',NULL,'Para onde aponta o gradiente?','Para onde aponta o gradiente?','unchanged',NULL,NULL,'answered','O gradiente aponta para cima [1].',NULL,'citing-llm','small-model','answer-1',1200,80,1,0.0004,'multilingual-e5-small-4bit','index-1',0.9,0.0,31.5,812.25,850.0,240.0,'[]');
INSERT INTO "exchanges" VALUES(2,'second','aprendizado',2,'a3f1c2','console','conversation-1','2025-03-10 12:00:00.000000','pt',NULL,'E a função?','E a função?','unchanged',NULL,NULL,'failed','Algo falhou.',NULL,'citing-llm',NULL,NULL,NULL,NULL,0,NULL,'multilingual-e5-small-4bit','index-1',NULL,0.0,31.5,812.25,850.0,240.0,'[]');
CREATE TABLE feedback_events (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	event_id TEXT NOT NULL, 
	exchange_id TEXT NOT NULL, 
	rater TEXT NOT NULL, 
	role TEXT NOT NULL, 
	thumb TEXT NOT NULL, 
	given BOOLEAN NOT NULL, 
	reason TEXT, 
	at DATETIME NOT NULL, 
	CONSTRAINT uq_feedback_events_event_id UNIQUE (event_id), 
	CONSTRAINT fk_feedback_events_exchange_id FOREIGN KEY(exchange_id) REFERENCES exchanges (exchange_id) ON DELETE CASCADE
);
INSERT INTO "feedback_events" VALUES(1,'766175de5d842f3ea88db4257e38cb4d','first','b7e0d4','student','helpful',1,NULL,'2025-03-10 12:01:00.000000');
INSERT INTO "feedback_events" VALUES(2,'8a92e254429eda18dc25e9bda6436623','first','b7e0d4','student','not_helpful',1,'Curta demais.','2025-03-10 12:01:09.000000');
CREATE TABLE passages (
	exchange_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	score DOUBLE, 
	fused_score DOUBLE NOT NULL, 
	rank_by_meaning INTEGER, 
	rank_by_words INTEGER, 
	corpus_id BIGINT NOT NULL, 
	start_seconds DOUBLE NOT NULL, 
	end_seconds DOUBLE NOT NULL, 
	text TEXT NOT NULL, 
	lecture_id TEXT NOT NULL, 
	lecture_title TEXT NOT NULL, 
	lecture_url TEXT NOT NULL, 
	lecture_language TEXT NOT NULL, 
	lecture_date DATE, 
	lecture_visible_from DATETIME, 
	CONSTRAINT pk_passages PRIMARY KEY (exchange_id, position), 
	CONSTRAINT fk_passages_exchange_id FOREIGN KEY(exchange_id) REFERENCES exchanges (exchange_id) ON DELETE CASCADE
);
INSERT INTO "passages" VALUES('first',0,1,0.89,1.63934426229508205252e-02,1,1,1,0.0,10.0,'O gradiente aponta para cima. Por isso andamos contra ele.','aula-01','Aula 1: Introdução','https://youtu.be/dQw4w9WgXcQ','pt','2025-03-03',NULL);
INSERT INTO "passages" VALUES('first',1,2,0.88,1.61290322580645156813e-02,2,NULL,2,90.0,100.0,'O gradiente aponta para cima. Por isso andamos contra ele.','aula-01','Aula 1: Introdução','https://youtu.be/dQw4w9WgXcQ','pt','2025-03-03',NULL);
INSERT INTO "passages" VALUES('first',2,3,0.87,1.58730158730158721347e-02,3,3,3,180.0,190.0,'O gradiente aponta para cima. Por isso andamos contra ele.','aula-01','Aula 1: Introdução','https://youtu.be/dQw4w9WgXcQ','pt','2025-03-03',NULL);
CREATE TABLE schema_version_log (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT schema_version_log_pkc PRIMARY KEY (version_num)
);
INSERT INTO "schema_version_log" VALUES('0001');
CREATE INDEX ix_exchanges_asker ON exchanges (asker);
CREATE INDEX ix_exchanges_conversation_id ON exchanges (conversation_id);
CREATE INDEX ix_feedback_events_exchange_id ON feedback_events (exchange_id);
CREATE INDEX ix_feedback_events_rater ON feedback_events (rater);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('exchanges',2);
INSERT INTO "sqlite_sequence" VALUES('feedback_events',2);
COMMIT;
