CREATE TABLE "MessageAttachment" (
    "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    "messageId" UUID NOT NULL REFERENCES "Message"("id") ON DELETE CASCADE,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL
);
CREATE INDEX "MessageAttachment_messageId_idx" ON "MessageAttachment"("messageId");
