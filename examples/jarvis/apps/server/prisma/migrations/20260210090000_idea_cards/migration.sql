CREATE TABLE "IdeaCard" (
    "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    "roomId" UUID NOT NULL REFERENCES "Room"("id") ON DELETE CASCADE,
    "authorId" UUID REFERENCES "User"("id") ON DELETE SET NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
CREATE INDEX "IdeaCard_roomId_createdAt_idx" ON "IdeaCard"("roomId", "createdAt");
