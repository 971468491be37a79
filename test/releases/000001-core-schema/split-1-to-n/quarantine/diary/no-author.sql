SELECT diary.id
FROM diary
WHERE diary.author IS NULL OR diary.author = ''
