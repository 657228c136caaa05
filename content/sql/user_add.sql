insert into account (name, agency) values ($1, $2) returning id
