-- Prisma's Float[]: the image is postgres:16-alpine, which has no pgvector.
ALTER TABLE "Message" ADD COLUMN "embedding" DOUBLE PRECISION[];
