-- Rows of a database of schema version 1, as the program of that time wrote them: three audits (measured here, measured by
-- a client, claimed) with a decision each. Ids and digests are frozen. Read by migration_test.
INSERT INTO blobs (sha256, kind, bytes) VALUES
  ('72b6689cf49c7b5f53497442c5623bd23f6442134016c14430822da7dd450589', 'rulebook', X'72756c65626f6f6b'),
  ('9da91787606aa3f7ff1a88fc46b49f0627f0bde9a73301b0282eb0b21df5bc83', 'inventory', X'696e76656e746f7279206c6f63616c'),
  ('a5ae8da2cf4465479fa6c17ebc780447df0ffb9f3361101d23858f6968fea260', 'scanned_text', X'74657874206f66206c6f63616c'),
  ('0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', 'policy', X'6d6f64653a20626c6f636b0a'),
  ('8bdd42c7b9502fe5fb08f1cdf271011e694283a0f1df08377bf0f0d99c3acbfd', 'result', X'7b226f66223a226c6f63616c227d'),
  ('919d00588bfa4058a4500846bb8976f1a251ccbaabda9cabecbfb4f87b62385f', 'inventory', X'696e76656e746f727920636c69656e74'),
  ('872e7f2893c8c74ebb3568950c071022a7821123d9512dca4e985e196d626b84', 'scanned_text', X'74657874206f6620636c69656e74'),
  ('4a29ba18a745e03d47999213e28040476d844887c8fa32dcab440ba8bd6ad1c5', 'result', X'7b226f66223a22636c69656e74227d'),
  ('4c83621eefebac3bb868a7505ef73417ab6bb5474528c73b53315f30d1250c70', 'inventory', X'696e76656e746f727920706f696e746572'),
  ('8ac628c3884bb78839d3bdd0e4655abb9ba4caa1b3c35b0ba84857b8465a67d0', 'scanned_text', X'74657874206f6620706f696e746572'),
  ('33673b4d8c58ba232458194ef572e84b6026610d5fd79c4b2180fa757ce616b5', 'result', X'7b226f66223a22706f696e746572227d');
INSERT INTO audits (sequence, audit_id, model_digest, rules_digest, classifier_version, context_digest, weights_digest, claimed, measured_by, repository, revision, created_at, rulebook_blob, inventory_blob, rows_sha256, row_sha256) VALUES
  (1, 'b1d2eb9e2861cd50c60176e93e62dbc792051e9491c963f762b285cfe17e2606', 'c2ec78a5467e61ce8e0fa1aeb003cfcd57c244477f314ed97d7ece369ef29c2a', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'classifier-1', 'ea7792a26f405e2ae9c6f49ca93bbe6076ceac0a1fc53d83426c7d7f2d9377e4', 'f533f1d40b9bd5bb722a85553bc816ca7d5fb6290e8076ec19cdee9e7c284c16', 0, 'local', 'example/local', 'main', '2026-11-21T10:00:00Z', '72b6689cf49c7b5f53497442c5623bd23f6442134016c14430822da7dd450589', '9da91787606aa3f7ff1a88fc46b49f0627f0bde9a73301b0282eb0b21df5bc83', '6d22ae7d7250de1b203c705d6be79cbc8954053049dfcc737fdb02fec79f8cdb', 'ab6cda02500dda93a51ebf45484fe3d2738d569e9739af555cc4c85bd3d8c6d5'),
  (2, '8f414abc3c902406dc1d70e427e1779681bf83f7e061f05a902ee713b0757abb', '4f4db32a62790a4a8190d393521fb51edf36a668c0ac003553f5475ed50ab0ea', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'classifier-1', 'ea7792a26f405e2ae9c6f49ca93bbe6076ceac0a1fc53d83426c7d7f2d9377e4', 'b71ea41ac34b161c7f36f7cc91694dbf390ba08a1c9c2f068b8fb00835c2c143', 0, 'client', 'example/client', 'main', '2026-11-21T10:00:00Z', '72b6689cf49c7b5f53497442c5623bd23f6442134016c14430822da7dd450589', '919d00588bfa4058a4500846bb8976f1a251ccbaabda9cabecbfb4f87b62385f', 'c7413ae6f9f26a730b8b6afc518442d143651bc71a84e9319f1b2b8a8e7e6468', '6376cc6d152fadb3d39c766117481acc856465ff12aae74bbe563ac2103ac258'),
  (3, '0ffed86907834eda8e0a1afdf79e1287e3e0b56cda84aab0070f06e34446ab56', '112b1c44d8ae4dfe0b89a1eeab49af647ee6d45576ef30da9e8f07415b4869fa', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'classifier-1', 'ea7792a26f405e2ae9c6f49ca93bbe6076ceac0a1fc53d83426c7d7f2d9377e4', 'df689dc9b96a6b87c985723dcefe195cf93ac3f2921bf045e04bf10608352aff', 1, 'local', 'example/pointer', 'main', '2026-11-21T10:00:00Z', '72b6689cf49c7b5f53497442c5623bd23f6442134016c14430822da7dd450589', '4c83621eefebac3bb868a7505ef73417ab6bb5474528c73b53315f30d1250c70', '0cbd578508725dab7f560048b8c282306b4e72de251dc8cfcc12ffe305683667', '232ac5dde9b181529a251c98e7bd7e867dd3c41cbb3fdb7ea870e907175020b3');
INSERT INTO artifacts (audit_sequence, ordinal, path, role, size, sha256, format, claimed) VALUES
  (1, 0, 'LICENSE', 'license_text', 12, 'a5ae8da2cf4465479fa6c17ebc780447df0ffb9f3361101d23858f6968fea260', 'text', 0),
  (1, 1, 'model.safetensors', 'weights', 4096, '351b80ae38ba24b33ee097630a8378fe5b76296a86958fc0f362d3a62274acb1', 'safetensors', 0),
  (2, 0, 'LICENSE', 'license_text', 12, '872e7f2893c8c74ebb3568950c071022a7821123d9512dca4e985e196d626b84', 'text', 0),
  (2, 1, 'model.safetensors', 'weights', 4096, 'd56c424537f5549c4c1b1597069b36242c77182db8bed93562fc47feaf636c35', 'safetensors', 0),
  (3, 0, 'LICENSE', 'license_text', 12, '8ac628c3884bb78839d3bdd0e4655abb9ba4caa1b3c35b0ba84857b8465a67d0', 'text', 0),
  (3, 1, 'model.safetensors', 'weights', 4096, '6afb5ac38e21c732ad428be1372197c7cd41048ba611cff3abc3b6ccf7cd7307', 'safetensors', 1);
INSERT INTO evidence (audit_sequence, ordinal, kind, component, path, byte_begin, byte_end, line, key, value, blob) VALUES
  (1, 0, 'license_text', '', 'LICENSE', 0, 12, 1, '', 'EXACT', 'a5ae8da2cf4465479fa6c17ebc780447df0ffb9f3361101d23858f6968fea260'),
  (2, 0, 'license_text', '', 'LICENSE', 0, 12, 1, '', 'EXACT', '872e7f2893c8c74ebb3568950c071022a7821123d9512dca4e985e196d626b84'),
  (3, 0, 'license_text', '', 'LICENSE', 0, 12, 1, '', 'EXACT', '8ac628c3884bb78839d3bdd0e4655abb9ba4caa1b3c35b0ba84857b8465a67d0');
INSERT INTO evidence_licenses (audit_sequence, evidence_ordinal, ordinal, license_id) VALUES
  (1, 0, 0, 'Apache-2.0'),
  (2, 0, 0, 'Apache-2.0'),
  (3, 0, 0, 'Apache-2.0');
INSERT INTO decisions (sequence, decision_id, audit_sequence, evaluated_at, profile_digest, policy_digest, rules_digest, decision, mode, profile_blob, policy_blob, result_blob, rows_sha256, row_sha256) VALUES
  (1, '7d241ed9526d8b178bc66043471f0a52a601bb26ddcfd1a7e35b918ee407bdad', 1, '2026-11-21T10:00:00Z', '', '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'APPROVED', 'block', NULL, '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '8bdd42c7b9502fe5fb08f1cdf271011e694283a0f1df08377bf0f0d99c3acbfd', '5f50e6878d2394199d5a626c7288ecdd5925926e187071c14ee2c0b645495d8d', 'e95a98f2011e84f662d3f7cbee3fd45956705f856663459db02755fef311bc56'),
  (2, 'fc424b605b973ed51392538ff73b0ca6305a87e5e36a2c9638d7956b8a53d830', 2, '2026-11-21T10:00:00Z', '', '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'APPROVED', 'block', NULL, '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '4a29ba18a745e03d47999213e28040476d844887c8fa32dcab440ba8bd6ad1c5', '5f50e6878d2394199d5a626c7288ecdd5925926e187071c14ee2c0b645495d8d', '3bfbda11c45010efa6dd0c97ea0898367e977cf3dddb3cd66c469556ff901f96'),
  (3, 'a22a951f60b13f4b3bd3cecb6ce2b258c66fb9c14ba9c902f645863be9bd6bef', 3, '2026-11-21T10:00:00Z', '', '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0', 'APPROVED', 'block', NULL, '0c2e08936c27aacaa7c8c810cc87047d995243e92f5cb564227bfb98177ef63a', '33673b4d8c58ba232458194ef572e84b6026610d5fd79c4b2180fa757ce616b5', '5f50e6878d2394199d5a626c7288ecdd5925926e187071c14ee2c0b645495d8d', '4459f94cb3e2a2e9a6c6521a6160a3b3ec24127f04d20bdc350508fee1034cb2');
INSERT INTO findings (decision_sequence, ordinal, rule_id, severity, outcome, license_id, clause, missing_fact) VALUES
  (1, 0, 'license.known', 'NOTE', 'INFO', 'Apache-2.0', '', ''),
  (2, 0, 'license.known', 'NOTE', 'INFO', 'Apache-2.0', '', ''),
  (3, 0, 'license.known', 'NOTE', 'INFO', 'Apache-2.0', '', '');
INSERT INTO obligations (decision_sequence, ordinal, kind, license_id, clause, fulfilled, not_triggered) VALUES
  (1, 0, 'license_copy', 'Apache-2.0', '4.a', 0, 0),
  (2, 0, 'license_copy', 'Apache-2.0', '4.a', 0, 0),
  (3, 0, 'license_copy', 'Apache-2.0', '4.a', 0, 0);
