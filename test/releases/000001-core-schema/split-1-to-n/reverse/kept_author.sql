SELECT author.name
FROM author
WHERE NOT EXISTS (SELECT FROM volume WHERE volume.author = author.name)
