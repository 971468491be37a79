SELECT diary.id AS diary_id, diary.author, diary.first_day
FROM diary
WHERE diary.author IS NOT NULL
