INSERT INTO receipts BY NAME SELECT * FROM incoming_receipts;
