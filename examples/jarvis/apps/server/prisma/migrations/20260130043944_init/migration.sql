CREATE TABLE "User" (
    "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

CREATE TABLE "Room" (
    "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "topic" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);

CREATE TABLE "RoomMember" (
    "roomId" UUID NOT NULL REFERENCES "Room"("id") ON DELETE CASCADE,
    "userId" UUID NOT NULL REFERENCES "User"("id") ON DELETE CASCADE,
    "role" TEXT NOT NULL DEFAULT 'member',
    "joinedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    PRIMARY KEY ("roomId", "userId")
);
CREATE INDEX "RoomMember_userId_idx" ON "RoomMember"("userId");

CREATE TABLE "Message" (
    "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    "roomId" UUID NOT NULL REFERENCES "Room"("id") ON DELETE CASCADE,
    "authorId" UUID REFERENCES "User"("id") ON DELETE SET NULL,
    "kind" TEXT NOT NULL DEFAULT 'user',
    "text" TEXT NOT NULL,
    "editedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);

CREATE TABLE "AiRequest" (
    "id" UUID PRIMARY KEY,
    "roomId" UUID NOT NULL REFERENCES "Room"("id") ON DELETE CASCADE,
    "userId" UUID NOT NULL REFERENCES "User"("id") ON DELETE CASCADE,
    "kind" TEXT NOT NULL,
    "visibility" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "chunks" INTEGER NOT NULL DEFAULT 0,
    "result" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "finishedAt" TIMESTAMPTZ(3)
);
CREATE INDEX "AiRequest_roomId_idx" ON "AiRequest"("roomId");
