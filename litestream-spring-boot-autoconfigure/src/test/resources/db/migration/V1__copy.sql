create table copied as select text from note;
