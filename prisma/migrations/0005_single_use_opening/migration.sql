-- CreateIndex
CREATE UNIQUE INDEX "WearSession_chainEnd_key" ON "WearSession"("chainEnd");
