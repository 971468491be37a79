SELECT diary.author AS name
FROM diary
WHERE diary.author IS NOT NULL
UNION
SELECT kept_author.name
FROM kept_author
